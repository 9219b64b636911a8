variable "name" {
  description = "Name of everything that is made."
  type        = string
  default     = "hello-clb"
}

variable "domain" {
  description = "Domain for which the load balancer answers."
  type        = string
  default     = "www.example.com"
}

variable "path" {
  description = "Path under which the page is."
  type        = string
  default     = "/hello"
}

variable "port" {
  description = "Port on which the load balancer listens."
  type        = number
  default     = 80
}
