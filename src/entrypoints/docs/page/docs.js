/** Shows the document of this server; no validator and no other host is asked. */

const KINDS = { "audio/mpeg": "mp3", "audio/wav": "wav", "audio/flac": "flac", "audio/ogg": "ogg" };

/**
 * Plays the sound that came. Swagger UI would ask for it a second time, with GET and without the
 * body it was asked for with.
 */
function sounds(system) {
  const make = system.React.createElement;
  return {
    wrapComponents: {
      responseBody: (Usual) =>
        function ResponseBody(props) {
          if (!(props.content instanceof Blob) || !props.contentType?.startsWith("audio/")) {
            return make(Usual, props);
          }
          const name = `speech.${KINDS[props.contentType] ?? "audio"}`;
          return make(Sound, { make, React: system.React, name, blob: props.content });
        },
    },
  };
}

/** A player and a link to keep the file by; the address lives as long as both are shown. */
function Sound({ make, React, name, blob }) {
  const [url, setUrl] = React.useState("");
  React.useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return make(
    "div",
    { className: "sound" },
    make("audio", { controls: true, src: url || undefined }),
    make("a", { href: url, download: name }, `Keep ${name}`),
  );
}

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  plugins: [sounds],
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
});
