resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

data "tencentcloud_scf_function_aliases" "hello" {
  function_name = tencentcloud_scf_function.hello.name
}

output "versions" {
  value = {
    for alias in data.tencentcloud_scf_function_aliases.hello.aliases :
    alias.name => alias.function_version
  }
}
