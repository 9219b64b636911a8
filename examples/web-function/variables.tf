variable "region" {
  description = "Region of the function."
  type        = string
  default     = "ap-guangzhou"
}

variable "greeting" {
  description = "Word with which the server greets."
  type        = string
  default     = "Hello"
}
