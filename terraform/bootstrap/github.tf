# Who reaches the states from GitHub's workflows: a job shows the token that GitHub signed for it, and there is no key.
# What it may do in Google Cloud is modules/identity.

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

# Who may take each role: jobs of the repository, as GitHub calls them in its tokens.
locals {
  jobs = merge(
    { terraform-plan = ["pull_request", "ref:refs/heads/main"] },
    { for environment in var.environments : "terraform-apply-${environment}" => ["environment:${environment}"] },
  )
}

data "aws_iam_policy_document" "trust" {
  for_each = local.jobs

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = [for job in each.value : "repo:${var.github_repository}:${job}"]
    }
  }
}

# Plans of pull requests and the nightly look for drift. They read, and lock nothing (`-lock=false`): the author of a
# pull request can run anything, and shall not be able to hold up a deployment.
resource "aws_iam_role" "plan" {
  name               = "terraform-plan"
  assume_role_policy = data.aws_iam_policy_document.trust["terraform-plan"].json
}

resource "aws_iam_role_policy" "plan" {
  name   = "read-states"
  role   = aws_iam_role.plan.id
  policy = data.aws_iam_policy_document.plan.json
}

data "aws_iam_policy_document" "plan" {
  statement {
    sid       = "FindStates"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }
  statement {
    sid       = "ReadStates"
    actions   = ["s3:GetObject"]
    resources = [for environment in var.environments : "${aws_s3_bucket.state.arn}/${environment}/terraform.tfstate"]
  }
  statement {
    sid       = "ReadDigests"
    actions   = ["dynamodb:DescribeTable", "dynamodb:GetItem"]
    resources = [aws_dynamodb_table.locks.arn]
  }
  statement {
    sid       = "Decrypt"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.state.arn]
  }
}

# One for each environment, for jobs that GitHub let into it (an approval, and the branch main): it writes that state
# and no other.
resource "aws_iam_role" "apply" {
  for_each           = var.environments
  name               = "terraform-apply-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust["terraform-apply-${each.key}"].json
}

resource "aws_iam_role_policy" "apply" {
  for_each = var.environments
  name     = "write-state"
  role     = aws_iam_role.apply[each.key].id
  policy   = data.aws_iam_policy_document.apply[each.key].json
}

data "aws_iam_policy_document" "apply" {
  for_each = var.environments

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }
  statement {
    sid       = "WriteState"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.state.arn}/${each.key}/terraform.tfstate", "${aws_s3_bucket.state.arn}/${each.key}/terraform.tfstate.tflock"]
  }
  # The lock file, and nothing else: a state is overwritten, never deleted.
  statement {
    sid       = "FreeLock"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.state.arn}/${each.key}/terraform.tfstate.tflock"]
  }
  # The item of the lock, and the one of the digest.
  statement {
    sid       = "Lock"
    actions   = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.locks.arn]
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values = [
        "${aws_s3_bucket.state.id}/${each.key}/terraform.tfstate",
        "${aws_s3_bucket.state.id}/${each.key}/terraform.tfstate-md5",
      ]
    }
  }
  statement {
    sid       = "Encrypt"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.state.arn]
  }
}
