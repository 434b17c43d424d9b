"""The API's documentation: `/openapi.json`, and Swagger UI at `/docs` without any other host."""
