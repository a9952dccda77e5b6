// Which words of the agent were heard by now: the server pushes how much of a reply was played, this guesses on
// between two such reports. Knows turns and times; draws nothing.

// From a sample's pull on the server to the ear, p50 in Chromium on one machine (benchmarks/media_path.py).
const WAY_TO_EAR_MS = 82;
// Reports come 15 times a second. Without one for longer than this, nobody knows whether sound goes on.
const MAX_GUESS_MS = 300;
// A word is looked for only this far ahead: where the text differs from the words, one is passed over and not
// found again a paragraph later.
const MAX_GAP_CHARS = 40;

class Karaoke {
  // `redraw(turnId)` is called whenever what `lit` says of a turn has changed.
  constructor(redraw, now = () => performance.now()) {
    this.redraw = redraw;
    this.now = now;
    this.playing = null;
    this.coming = null;
    this.turn = null;
  }

  // Place of the word in the text that is heard now, as {from, to}: what is before was heard, what is after is
  // still to come. Null for a turn whose words are not being spoken.
  lit(turn) {
    if (turn.interrupted || !turn.words?.length) return null;
    if (turn.id === this.playing) return this.placeNow(turn);
    return turn.id === this.coming ? { from: 0, to: 0 } : null;
  }

  playout(turnId, playedMs) {
    this.playedMs = playedMs;
    this.reportedAt = this.now();
    if (turnId === this.playing) return;
    const before = this.playing;
    this.playing = turnId;
    this.begun = 0;
    if (before !== null) this.redraw(before);
    if (turnId !== null) {
      this.redraw(turnId);
      this.nextFrame();
    }
  }

  // The last turn waits for its sound while the agent thinks or another reply is played.
  follow({ turns, state }) {
    const last = turns.at(-1);
    const waits = last?.speaker === "agent" && last.id !== this.playing && (this.playing || state === "thinking");
    const coming = waits ? last.id : null;
    if (coming === this.coming) return;
    const before = this.coming;
    this.coming = coming;
    for (const id of [before, coming]) if (id !== null) this.redraw(id);
  }

  nextFrame() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (this.playing === null) return;
      if (this.turn?.id === this.playing && this.wordsBegun(this.turn) !== this.begun) this.redraw(this.playing);
      this.nextFrame();
    });
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.playing = null;
  }

  placeNow(turn) {
    if (this.turn !== turn) {
      this.turn = turn;
      this.places = placesOf(turn);
    }
    this.begun = this.wordsBegun(turn);
    return this.begun === 0 ? { from: 0, to: 0 } : this.places[this.begun - 1];
  }

  // Never fewer than before: a late report must not take a word back.
  wordsBegun({ words }) {
    const guessedMs = Math.min(this.now() - this.reportedAt, MAX_GUESS_MS);
    const heardMs = this.playedMs + guessedMs - WAY_TO_EAR_MS;
    let begun = Math.min(this.begun, words.length);
    while (begun < words.length && words[begun][1] <= heardMs) begun += 1;
    return begun;
  }
}

// Where each word stands in the turn's text; one that is not there has the place of the end of the word before.
function placesOf({ words, text }) {
  let end = 0;
  return words.map(([word]) => {
    const bare = word.trim();
    const from = text.slice(end, end + MAX_GAP_CHARS + bare.length).indexOf(bare);
    if (from < 0) return { from: end, to: end };
    const place = { from: end + from, to: end + from + bare.length };
    end = place.to;
    return place;
  });
}
