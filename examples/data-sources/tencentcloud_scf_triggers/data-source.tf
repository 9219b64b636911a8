resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

data "tencentcloud_scf_triggers" "hello" {
  function_name = tencentcloud_scf_function.hello.name

  filters {
    name   = "Qualifier"
    values = ["$LATEST"]
  }
}

output "types" {
  value = data.tencentcloud_scf_triggers.hello.triggers[*].type
}
