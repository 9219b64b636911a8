resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

resource "tencentcloud_scf_sync_invoke_function" "hello" {
  function_name = tencentcloud_scf_function.hello.name
}

data "tencentcloud_scf_logs" "failed" {
  function_name = tencentcloud_scf_sync_invoke_function.hello.function_name
  ret_code      = "not0"
  limit         = 20
}
