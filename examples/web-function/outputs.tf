output "function_id" {
  description = "Id that the cloud has given the function."
  value       = tencentcloud_scf_function.hello.function_id
}
