// Starts Swagger UI on the page /api/docs; apart from the page, as inline scripts are forbidden.
SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true });
