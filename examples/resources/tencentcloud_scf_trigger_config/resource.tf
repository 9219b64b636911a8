resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"

  triggers {
    name         = "daily"
    type         = "timer"
    trigger_desc = "0 0 8 * * * *"
  }
}

# The timer of another configuration is switched off, and left as it is afterwards.
resource "tencentcloud_scf_trigger_config" "daily" {
  function_name = tencentcloud_scf_function.hello.name
  trigger_name  = "daily"
  type          = "timer"
  enable        = "CLOSE"
}
