project_id        = "dog-gif-app-nonproduction"
region            = "europe-west3"
domain            = "dog-gif-app.example"
github_repository = "dog-gif-app/dog-gif-app"
