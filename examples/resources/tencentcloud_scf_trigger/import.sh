terraform import tencentcloud_scf_trigger.daily 'hello#default#daily'
