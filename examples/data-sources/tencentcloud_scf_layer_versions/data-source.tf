data "tencentcloud_scf_layer_versions" "libraries" {
  layer_name         = "libraries"
  compatible_runtime = ["Python3.10"]
}

output "numbers" {
  value = data.tencentcloud_scf_layer_versions.libraries.layer_versions[*].layer_version
}
