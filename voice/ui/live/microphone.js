// Which microphone a call uses, and the question for it. A device is known by its id and label once it was allowed.

const MICROPHONE_KEY = "parley.microphone";
const GONE = new Set(["OverconstrainedError", "NotFoundError"]);

class MicrophoneChoice {
  constructor(root) {
    this.select = root.querySelector(".device select");
    this.chosen = readChoice();
    this.devices = [];
    this.select.onchange = () => this.choose(this.select.value);
    this.changed = () => this.refresh();
    navigator.mediaDevices?.addEventListener("devicechange", this.changed);
    this.refresh();
  }

  choose(id) {
    const device = this.devices.find(({ deviceId }) => deviceId === id);
    this.chosen = device ? { id, label: device.label } : null;
    remember(MICROPHONE_KEY, JSON.stringify(this.chosen));
    this.draw();
  }

  async refresh() {
    const found = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    // Without permission devices have no label. "default" and "communications" are other names of one listed too.
    this.devices = found.filter(
      ({ kind, label, deviceId }) => kind === "audioinput" && label && !["default", "communications"].includes(deviceId),
    );
    this.draw();
  }

  draw() {
    const known = this.devices.some(({ deviceId }) => deviceId === this.chosen?.id);
    const options = [["", "Default microphone"], ...this.devices.map(({ deviceId, label }) => [deviceId, label])];
    if (this.chosen && !known) {
      const away = this.devices.length ? " (not connected)" : "";
      options.push([this.chosen.id, this.chosen.label + away]);
    }
    this.select.replaceChildren(
      ...options.map(([value, label]) => {
        const option = element("option", "", label);
        option.value = value;
        return option;
      }),
    );
    this.select.value = this.chosen?.id ?? "";
  }

  // Asks the browser for the microphone and lets go of it again: `{problem, note}`, a DOMException's name or null.
  // The streamer would try again for ever and say nothing.
  async request() {
    if (!window.isSecureContext) return { problem: "InsecureContext" };
    if (!window.RTCPeerConnection || !navigator.mediaDevices?.getUserMedia) return { problem: "NotSupportedError" };
    let note = "";
    let problem = this.chosen ? await tryMicrophone({ deviceId: { exact: this.chosen.id } }) : await tryMicrophone(true);
    if (this.chosen && GONE.has(problem)) {
      note = `${this.chosen.label} is not connected. This call uses the default microphone.`;
      problem = await tryMicrophone(true);
    }
    await this.refresh();
    return { problem, note };
  }

  leave() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.changed);
  }
}

async function tryMicrophone(audio) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    stream.getTracks().forEach((track) => track.stop());
    return null;
  } catch (error) {
    return error.name;
  }
}

// What was stored may be anything.
function readChoice() {
  try {
    const { id, label } = JSON.parse(remembered(MICROPHONE_KEY)) ?? {};
    return typeof id === "string" && id && typeof label === "string" ? { id, label } : null;
  } catch {
    return null;
  }
}
