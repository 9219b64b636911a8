data "tencentcloud_scf_layers" "python" {
  compatible_runtime = "Python3.10"
}

output "newest" {
  value = { for layer in data.tencentcloud_scf_layers.python.layers : layer.layer_name => layer.layer_version }
}
