window.addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    url: "/v1/openapi.yaml",
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
