terraform import tencentcloud_scf_trigger_config.daily 'hello#default#daily'
