terraform import tencentcloud_clb_instance.web 'lb-7a0t6zqb'
