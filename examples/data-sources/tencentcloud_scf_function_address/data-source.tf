resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

data "tencentcloud_scf_function_address" "hello" {
  function_name = tencentcloud_scf_function.hello.name
}
