output "version" {
  description = "The version that users get."
  value       = tencentcloud_scf_function_alias.release.function_version
}
