/** A box that speaks what is typed into it, in a voice and a language of this server. */

const FORM = `
  <form>
    <label class="text">Text
      <textarea name="text" rows="4" required>Hello. This voice comes from your own machine.</textarea>
    </label>
    <label>Voice <select name="voice"><option value="">default</option></select></label>
    <label>Language <select name="language"></select></label>
    <button>Speak</button>
    <audio controls hidden></audio>
    <output aria-live="polite"></output>
  </form>`;

class SayBox extends HTMLElement {
  #url = "";

  connectedCallback() {
    this.innerHTML = FORM;
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#speak(new FormData(event.target)).catch((error) => this.#say(error.message, true));
    });
    this.#fill().catch((error) => this.#say(error.message, true));
  }

  async #fill() {
    const [saved, speakers, languages] = await Promise.all(
      ["/saved_voices", "/available_speakers", "/languages"].map(answer),
    );
    const voices = [...saved.map((voice) => [voice.voice_id, voice.name]), ...speakers.map(twice)];
    this.querySelector("[name=voice]").append(...voices.map(option));
    this.querySelector("[name=language]").append(...languages.map(twice).map(option));
  }

  /** @param {FormData} form */
  async #speak(form) {
    const button = this.querySelector("button");
    button.disabled = true;
    this.#say("Speaking…");
    try {
      const began = performance.now();
      const response = await fetch("/tts", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          text: form.get("text"),
          language: form.get("language"),
          speaker_id: form.get("voice"),
        }),
      });
      if (!response.ok) throw new Error((await response.json()).detail);
      const sound = await response.blob();
      const tookMs = Math.round(performance.now() - began);
      await this.#play(sound);
      this.#say(`Made by ${response.headers.get("x-engine")} in ${tookMs} ms.`);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {Blob} sound */
  async #play(sound) {
    const audio = this.querySelector("audio");
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(sound);
    audio.src = this.#url;
    audio.hidden = false;
    await audio.play();
  }

  /** @param {string} text @param {boolean} [failed] */
  #say(text, failed = false) {
    const output = this.querySelector("output");
    output.textContent = text;
    output.classList.toggle("failed", failed);
  }
}

/** @param {string} path */
async function answer(path) {
  const response = await fetch(path);
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.detail);
  return reply;
}

/** @param {string} value @returns {[string, string]} */
const twice = (value) => [value, value];

/** @param {[string, string]} choice */
const option = ([value, label]) => new Option(label, value);

customElements.define("say-box", SayBox);
