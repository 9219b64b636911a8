terraform import tencentcloud_scf_namespace.web 'web'
