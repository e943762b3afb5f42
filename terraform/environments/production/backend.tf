# Two locks, and both are taken: the lock file is what S3 itself decides (a conditional write), the table is what older
# clients know, and what people look into. With one of the two gone the other still holds (../../README.md).
terraform {
  backend "s3" {
    bucket = "dog-gif-app-terraform-state"
    key    = "production/terraform.tfstate"
    region = "eu-central-1"

    use_lockfile   = true
    dynamodb_table = "dog-gif-app-terraform-locks"
    # Without `encrypt`, which would ask for S3's own key: the bucket encrypts by its own.
  }
}
