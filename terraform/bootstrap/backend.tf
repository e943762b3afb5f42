# Its own state lies in the bucket that it makes. README.md says how the first apply does without.
terraform {
  backend "s3" {
    bucket = "dog-gif-app-terraform-state"
    key    = "bootstrap/terraform.tfstate"
    region = "eu-central-1"

    use_lockfile   = true
    dynamodb_table = "dog-gif-app-terraform-locks"
  }
}
