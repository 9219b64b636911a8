terraform import tencentcloud_subnet.web 'subnet-b8j03v0c'
