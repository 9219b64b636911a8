terraform import tencentcloud_scf_custom_domain.www 'www.example.com'
