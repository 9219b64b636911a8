resource "tencentcloud_scf_namespace" "web" {
  namespace   = "web"
  description = "Functions of the web site"
}
