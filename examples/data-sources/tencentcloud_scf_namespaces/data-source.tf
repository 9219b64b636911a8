data "tencentcloud_scf_namespaces" "all" {}

output "names" {
  value = data.tencentcloud_scf_namespaces.all.namespaces[*].namespace
}
