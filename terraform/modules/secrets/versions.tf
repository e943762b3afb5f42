terraform {
  # Ephemeral values and write-only arguments: Terraform 1.11 and OpenTofu 1.11 have both.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}
