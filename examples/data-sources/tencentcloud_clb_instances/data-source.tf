data "tencentcloud_clb_instances" "open" {
  network_type = "OPEN"
}

output "addresses" {
  value = data.tencentcloud_clb_instances.open.clb_list[*].clb_vips
}
