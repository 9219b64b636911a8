resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# A new version is published when the code changes; the old one goes when nothing uses it any more.
resource "tencentcloud_scf_function_version" "hello" {
  function_name = tencentcloud_scf_function.hello.name
  description   = "Code ${substr(tencentcloud_scf_function.hello.code_sha256, 0, 12)}"

  lifecycle {
    create_before_destroy = true
  }
}
