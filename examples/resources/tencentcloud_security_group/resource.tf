resource "tencentcloud_security_group" "web" {
  name        = "web"
  description = "What the web site may be reached by"
}
