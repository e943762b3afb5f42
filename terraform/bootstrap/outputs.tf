output "bucket" {
  description = "`bucket` of every backend.tf"
  value       = aws_s3_bucket.state.bucket
}

output "lock_table" {
  description = "`dynamodb_table` of every backend.tf"
  value       = aws_dynamodb_table.locks.name
}

output "plan_role" {
  description = "Role for plans: `role-to-assume` of the step that signs in to AWS"
  value       = aws_iam_role.plan.arn
}

output "apply_roles" {
  description = "Roles for applies, by environment"
  value       = { for name, role in aws_iam_role.apply : name => role.arn }
}
