output "load_balancer_id" {
  description = "Id of the load balancer."
  value       = tencentcloud_clb_instance.main.id
}

output "address" {
  description = "Address of the load balancer."
  value       = tencentcloud_clb_instance.main.clb_vips[0]
}

output "url" {
  description = "Where the page is, for a browser that finds the domain at the load balancer's address."
  value       = "http://${var.domain}:${var.port}${var.path}"
}
