// What people do with ElevenLabs' own JavaScript package: prints what it understood, as JSON.

const fs = require("node:fs");
const { ElevenLabsClient } = require("@elevenlabs/elevenlabs-js");

const [baseUrl, apiKey, clip] = process.argv.slice(2);
const client = new ElevenLabsClient({ apiKey, baseUrl, maxRetries: 0 });
const text = "Hello there, my friend. This is a test.";

async function bytes(stream) {
  let count = 0;
  for await (const chunk of stream) count += chunk.length;
  return count;
}

async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    const detail = error.body.detail;
    return [error.statusCode, Array.isArray(detail) ? detail[0].loc.join(".") : detail.status];
  }
}

async function main() {
  const tts = client.textToSpeech;
  const timed = await tts.convertWithTimestamps("Annie", { text, outputFormat: "pcm_24000" });
  let streamed = "";
  for await (const line of await tts.streamWithTimestamps("Annie", { text })) {
    streamed += (line.alignment?.characters ?? []).join("");
  }
  const added = await client.voices.ivc.create({
    name: "Ana",
    files: [fs.createReadStream(clip)],
    labels: JSON.stringify({ accent: "soft" }),
  });
  const id = added.voiceId;
  await client.voices.update(id, { name: "Ana Maria" });
  const shown = await client.voices.get(id);
  const found = await client.voices.search({ search: "maria", pageSize: 5 });
  const every = await client.voices.getAll();
  const subscription = await client.user.subscription.get();
  const told = {
    convert: await bytes(await tts.convert("Mr serious", { text })),
    stream: await bytes(await tts.stream("Mr-serious", { text, outputFormat: "pcm_16000" })),
    timed: timed.alignment.characters.join(""),
    streamed,
    shown: [shown.name, shown.category, shown.labels],
    found: [found.voices.map((each) => each.name), found.totalCount, found.hasMore],
    every: every.voices.length,
    models: (await client.models.list()).map((each) => each.modelId),
    user: (await client.user.get()).subscription.tier,
    slots: subscription.voiceSlotsUsed,
    deleted: (await client.voices.delete(id)).status,
    failures: {
      voice: await failure(() => tts.convert("nobody", { text })),
      text: await failure(() => tts.convert("Annie", { text: "" })),
      gone: await failure(() => client.voices.delete(id)),
    },
  };
  console.log(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
