resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# Runs when it is made, and again whenever the code changes.
resource "tencentcloud_scf_invoke_function" "migrate" {
  function_name  = tencentcloud_scf_function.hello.name
  client_context = jsonencode({ step = "migrate" })
  log_type       = "Tail"

  triggers = {
    code = tencentcloud_scf_function.hello.code_sha256
  }
}

output "rows" {
  value = jsondecode(tencentcloud_scf_invoke_function.migrate.result[0].ret_msg).rows
}
