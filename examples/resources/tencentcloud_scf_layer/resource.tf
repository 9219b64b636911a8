resource "tencentcloud_scf_layer" "libraries" {
  layer_name          = "libraries"
  description         = "What our functions share"
  license_info        = "Apache-2.0"
  compatible_runtimes = ["Python3.9", "Python3.10"]
  source_dir          = "${path.module}/libraries"

  # The new version is there before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"

  layers {
    layer_name    = tencentcloud_scf_layer.libraries.layer_name
    layer_version = tencentcloud_scf_layer.libraries.layer_version
  }
}
