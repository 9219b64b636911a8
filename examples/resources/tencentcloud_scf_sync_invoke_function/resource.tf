resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# A smoke test: the apply fails if the function does.
resource "tencentcloud_scf_sync_invoke_function" "smoke" {
  function_name = tencentcloud_scf_function.hello.name
  event         = jsonencode({ probe = true })

  triggers = {
    code = tencentcloud_scf_function.hello.code_sha256
  }
}
