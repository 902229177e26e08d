// The description of the API, drawn by Swagger UI from our own server: nothing is loaded from elsewhere.

const place = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  // A validator is another company's server.
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: false,
  presets: [window.SwaggerUIBundle.presets.apis],
});
