// A microphone that is unplugged in a call gives way to the browser's default one, over the same connection.

// A system may need a moment before it names another default device.
const OPEN_AGAIN_MS = [0, 300, 600];

// `constraints` are those of the lost track but for its device. Tells the audio what became of it.
async function replaceMicrophone(audio, lost, constraints) {
  const sender = audio.peer?.getSenders().find(({ track }) => track === lost);
  if (!sender || audio.released) return;
  const pause = silence();
  try {
    // The server takes a call for dead when nothing at all arrives, and some devices open slowly.
    await sender.replaceTrack(pause.track);
    const track = await openSpare(audio, constraints);
    audio.own(track, constraints);
    await sender.replaceTrack(track);
    if (audio.released) track.stop();
    else audio.tell({ lost: lost.label });
  } catch (error) {
    if (!audio.released) audio.tell({ lost: lost.label, problem: error.name });
  } finally {
    pause.end();
  }
}

async function openSpare(audio, constraints) {
  let problem;
  for (const wait of OPEN_AGAIN_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      const stream = await audio.openDevice({ audio: constraints });
      return stream.getAudioTracks()[0];
    } catch (error) {
      problem = error;
      if (error.name === "NotAllowedError") break;
    }
  }
  throw problem;
}

function silence() {
  const context = new AudioContext();
  const ending = context.createMediaStreamDestination();
  // Without a source nothing would be sent at all.
  const source = new ConstantSourceNode(context, { offset: 0 });
  source.connect(ending);
  source.start();
  const [track] = ending.stream.getAudioTracks();
  return {
    track,
    end: () => {
      track.stop();
      context.close();
    },
  };
}
