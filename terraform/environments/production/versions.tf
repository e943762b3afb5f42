terraform {
  # Write-only arguments and both locks at once; 1.11.4 of Terraform and 1.12.6 of OpenTofu have run this.
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

provider "google" {
  project = var.project_id
  region  = var.region

  default_labels = {
    application = "dog-gif-app"
    environment = "production"
    managed-by  = "terraform"
  }
}
