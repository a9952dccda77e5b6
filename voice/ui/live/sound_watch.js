// A browser may refuse to start sound by itself. Calls back with whether the person has to help.

const SILENT_AFTER_MS = 2000;

class SoundWatch {
  constructor(onStuck) {
    this.onStuck = onStuck;
    this.silentSince = null;
  }

  tick(agentSpeaks) {
    const sound = agentSpeaks ? streamerSound() : null;
    if (!sound?.paused) {
      this.silentSince = null;
      this.onStuck(false);
      return;
    }
    this.silentSince ??= performance.now();
    if (performance.now() - this.silentSince >= SILENT_AFTER_MS) this.onStuck(true);
  }
}
