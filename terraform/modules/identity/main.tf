# Who GitHub's workflows are in Google Cloud. A job shows the token that GitHub signed for it, and becomes the account
# of its purpose for an hour. No account has a key.

resource "google_iam_workload_identity_pool" "github" {
  workload_identity_pool_id = "github"
  display_name              = "GitHub Actions"
  description               = "Jobs of ${var.github_repository}"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  # checkov:skip=CKV_GCP_125:the condition names repository and subject; checkov cannot read an expression that is put together

  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "actions"
  display_name                       = "GitHub's tokens"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
  # What every token has; a mapping of a claim that is missing would refuse the job.
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }
  # Everybody's jobs have tokens of this issuer: the repository, and one of the purposes, or the door stays shut.
  attribute_condition = "${local.is_ours} && (${join(" || ", local.is_for_a_purpose)})"
}

resource "google_service_account" "purpose" {
  for_each     = var.purposes
  account_id   = each.key
  display_name = each.value.description
}

# Each subject by its whole name: no prefix, no set of principals.
resource "google_service_account_iam_member" "job" {
  for_each           = { for use in local.uses : "${use.purpose} ${use.subject}" => use }
  service_account_id = google_service_account.purpose[each.value.purpose].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/subject/${each.value.subject}"
}

resource "google_project_iam_member" "purpose" {
  for_each = { for grant in local.grants : "${grant.purpose} ${grant.role}" => grant }
  project  = var.project_id
  role     = each.value.role
  member   = google_service_account.purpose[each.value.purpose].member
}

# Who may write the project's IAM policy could make themselves its owner; this one only moves the roles that are named.
resource "google_project_iam_member" "grants" {
  for_each = { for name, purpose in var.purposes : name => purpose if length(purpose.may_grant) > 0 }
  project  = var.project_id
  role     = "roles/resourcemanager.projectIamAdmin"
  member   = google_service_account.purpose[each.key].member

  condition {
    title       = "only-these-roles"
    description = "Roles that Terraform gives to others"
    expression  = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", [for role in each.value.may_grant : "'${role}'"])}])"
  }
}

locals {
  is_ours = join(" && ", compact([
    "assertion.repository == '${var.github_repository}'",
    var.github_repository_id == null ? "" : "assertion.repository_id == '${coalesce(var.github_repository_id, "-")}'",
  ]))
  # The subject of a job in an environment does not say of which branch it is.
  is_for_a_purpose = distinct([
    for use in local.uses :
    use.environment == null ? "assertion.sub == '${use.subject}'" :
    "(assertion.sub == '${use.subject}' && assertion.ref == 'refs/heads/${use.branch}')"
  ])
  uses = flatten([
    for name, purpose in var.purposes : [
      for job in purpose.jobs : {
        purpose     = name
        branch      = job.branch
        environment = job.environment
        # How GitHub calls a job: by its environment, else as a pull request's, else by its branch.
        subject = "repo:${var.github_repository}:${
          job.environment != null ? "environment:${job.environment}" :
          job.pull_request ? "pull_request" : "ref:refs/heads/${coalesce(job.branch, "-")}"
        }"
      }
    ]
  ])
  grants = flatten([
    for name, purpose in var.purposes : [for role in purpose.roles : { purpose = name, role = role }]
  ])
}
