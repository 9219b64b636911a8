resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

resource "tencentcloud_scf_custom_domain" "www" {
  domain   = "www.example.com"
  protocol = "HTTP"

  endpoints_config {
    namespace     = tencentcloud_scf_function.hello.namespace
    function_name = tencentcloud_scf_function.hello.name
    qualifier     = "$LATEST"
    path_match    = "/hello/*"

    # The function does not see where it is mounted.
    path_rewrite {
      path    = "/hello/*"
      type    = "WildcardRules"
      rewrite = "/$1"
    }
  }
}
