/** What the `openai` package of npm makes of a server: one line of JSON. */

const OpenAI = require("openai");

const [url, key] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong", maxRetries: 0 });
const asked = { model: "tts-1", voice: "alloy", input: "Hello there.", response_format: "pcm" };

/** @param {Promise<unknown>} work */
async function refused(work) {
  try {
    await work;
  } catch (error) {
    return { class: error.constructor.name, status: error.status, code: error.code };
  }
  return { class: null };
}

/** Count the bytes as they come. */
async function streamed() {
  const reply = await client.audio.speech.create(asked);
  let bytes = 0;
  for await (const part of reply.body) bytes += part.length;
  return bytes;
}

/** Read the events. */
async function events() {
  const reply = await client.audio.speech.create({ ...asked, stream_format: "sse" });
  const lines = (await reply.text()).split("\n\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line.replace("data: ", "")).type);
}

async function main() {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  const spoken = await client.audio.speech.create(asked);
  const report = {
    whole: (await spoken.arrayBuffer()).byteLength,
    streamed: await streamed(),
    events: await events(),
    models,
    errors: {
      empty: await refused(client.audio.speech.create({ ...asked, input: "" })),
      voice: await refused(client.audio.speech.create({ ...asked, voice: "nobody" })),
      key: await refused(stranger.audio.speech.create(asked)),
    },
  };
  console.log(JSON.stringify(report));
}

main();
