terraform import tencentcloud_security_group.web 'sg-ey3wmiz1'
