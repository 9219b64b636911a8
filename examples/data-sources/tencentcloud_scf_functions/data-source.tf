data "tencentcloud_scf_functions" "web" {
  namespace = "default"
  tags = {
    team = "web"
  }
}

output "names" {
  value = data.tencentcloud_scf_functions.web.functions[*].name
}
