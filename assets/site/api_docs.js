// Starts Swagger UI on the page /api/docs; apart from the page, as inline scripts are forbidden.

const dark = matchMedia("(prefers-color-scheme: dark)");

function setColours() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

dark.addEventListener("change", setColours);
setColours();
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
});
