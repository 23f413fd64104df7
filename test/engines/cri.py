#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One call of the Container Runtime Interface: cri.py SOCKET METHOD [REQUEST], messages as JSON.

A refused call prints "CODE: details" to standard error and exits with 1. The messages below are the part of CRI v1
(runtime.v1 of k8s.io/cri-api) that the tests use: NAME: "field number type", a type with * repeated. Map fields are
repeated KeyValue, which is the same on the wire.
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

PACKAGE = "runtime.v1"
ENUMS = {
    "NamespaceMode": ["POD", "CONTAINER", "NODE", "TARGET"],
    "ProfileType": ["RuntimeDefault", "Unconfined", "Localhost"],
    "PodSandboxState": ["SANDBOX_READY", "SANDBOX_NOTREADY"],
    "ContainerState": ["CONTAINER_CREATED", "CONTAINER_RUNNING", "CONTAINER_EXITED", "CONTAINER_UNKNOWN"],
}
MESSAGES = {
    "KeyValue": "key 1 string, value 2 string",
    "UInt64Value": "value 1 uint64",
    "Int64Value": "value 1 int64",
    "NamespaceOption": "network 1 NamespaceMode, pid 2 NamespaceMode, ipc 3 NamespaceMode",
    "SecurityProfile": "profile_type 1 ProfileType, localhost_ref 2 string",
    "LinuxSandboxSecurityContext": "namespace_options 1 NamespaceOption, privileged 6 bool, seccomp 9 SecurityProfile",
    "LinuxPodSandboxConfig": "cgroup_parent 1 string, security_context 2 LinuxSandboxSecurityContext",
    "PodSandboxMetadata": "name 1 string, uid 2 string, namespace 3 string, attempt 4 uint32",
    "PodSandboxConfig": "metadata 1 PodSandboxMetadata, hostname 2 string, log_directory 3 string, "
                        "annotations 7 KeyValue*, linux 8 LinuxPodSandboxConfig",
    "LinuxContainerResources": "cpu_period 1 int64, cpu_quota 2 int64, cpu_shares 3 int64, "
                               "memory_limit_in_bytes 4 int64",
    "Capability": "add_capabilities 1 string*, drop_capabilities 2 string*",
    "LinuxContainerSecurityContext": "capabilities 1 Capability, privileged 2 bool, namespace_options 3 NamespaceOption, "
                                     "run_as_user 5 Int64Value, no_new_privs 11 bool, seccomp 15 SecurityProfile",
    "LinuxContainerConfig": "resources 1 LinuxContainerResources, security_context 2 LinuxContainerSecurityContext",
    "ContainerMetadata": "name 1 string, attempt 2 uint32",
    "ImageSpec": "image 1 string",
    "ContainerConfig": "metadata 1 ContainerMetadata, image 2 ImageSpec, command 3 string*, args 4 string*, "
                       "annotations 10 KeyValue*, log_path 11 string, stdin 12 bool, tty 14 bool, "
                       "linux 15 LinuxContainerConfig",
    "ContainerStatus": "id 1 string, metadata 2 ContainerMetadata, state 3 ContainerState, exit_code 7 int32, "
                       "reason 10 string, message 11 string",
    "ContainerAttributes": "id 1 string",
    "CpuUsage": "timestamp 1 int64, usage_core_nano_seconds 2 UInt64Value",
    "MemoryUsage": "timestamp 1 int64, working_set_bytes 2 UInt64Value",
    "ContainerStats": "attributes 1 ContainerAttributes, cpu 2 CpuUsage, memory 3 MemoryUsage",
    "PodSandboxStatus": "id 1 string, state 3 PodSandboxState",
    "RuntimeCondition": "type 1 string, status 2 bool, message 4 string",
    "RuntimeStatus": "conditions 1 RuntimeCondition*",

    "Image": "id 1 string",
    "ImageStatusRequest": "image 1 ImageSpec",
    "ImageStatusResponse": "image 1 Image",
    "StatusRequest": "",
    "StatusResponse": "status 1 RuntimeStatus",
    "RunPodSandboxRequest": "config 1 PodSandboxConfig, runtime_handler 2 string",
    "RunPodSandboxResponse": "pod_sandbox_id 1 string",
    "StopPodSandboxRequest": "pod_sandbox_id 1 string",
    "StopPodSandboxResponse": "",
    "RemovePodSandboxRequest": "pod_sandbox_id 1 string",
    "RemovePodSandboxResponse": "",
    "PodSandboxStatusRequest": "pod_sandbox_id 1 string",
    "PodSandboxStatusResponse": "status 1 PodSandboxStatus",
    "CreateContainerRequest": "pod_sandbox_id 1 string, config 2 ContainerConfig, sandbox_config 3 PodSandboxConfig",
    "CreateContainerResponse": "container_id 1 string",
    "StartContainerRequest": "container_id 1 string",
    "StartContainerResponse": "",
    "StopContainerRequest": "container_id 1 string, timeout 2 int64",
    "StopContainerResponse": "",
    "RemoveContainerRequest": "container_id 1 string",
    "RemoveContainerResponse": "",
    "ContainerStatusRequest": "container_id 1 string, verbose 2 bool",
    "ContainerStatusResponse": "status 1 ContainerStatus, info 2 KeyValue*",
    "UpdateContainerResourcesRequest": "container_id 1 string, linux 2 LinuxContainerResources",
    "UpdateContainerResourcesResponse": "",
    "ExecSyncRequest": "container_id 1 string, cmd 2 string*, timeout 3 int64",
    "ExecSyncResponse": "stdout 1 string, stderr 2 string, exit_code 3 int32",
    "ExecRequest": "container_id 1 string, cmd 2 string*, tty 3 bool, stdin 4 bool, stdout 5 bool, stderr 6 bool",
    "ExecResponse": "url 1 string",
    "AttachRequest": "container_id 1 string, stdin 2 bool, tty 3 bool, stdout 4 bool, stderr 5 bool",
    "AttachResponse": "url 1 string",
    "ContainerStatsRequest": "container_id 1 string",
    "ContainerStatsResponse": "stats 1 ContainerStats",
}


def messages():
    """The classes of MESSAGES."""
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="cri.proto", package=PACKAGE, syntax="proto3")
    for name, values in ENUMS.items():
        enum = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in filter(None, fields.split(", ")):
            label, number, wanted = field.split()
            repeated = wanted.endswith("*")
            wanted = wanted.rstrip("*")
            added = message.field.add(name=label, number=int(number),
                                      label=kind.LABEL_REPEATED if repeated else kind.LABEL_OPTIONAL)
            if wanted in ENUMS or wanted in MESSAGES:
                added.type = kind.TYPE_ENUM if wanted in ENUMS else kind.TYPE_MESSAGE
                added.type_name = f".{PACKAGE}.{wanted}"
            else:
                added.type = getattr(kind, f"TYPE_{wanted.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


def main(socket, method, request="{}"):
    known = messages()
    with grpc.insecure_channel(f"unix://{socket}") as channel:
        service = "ImageService" if "Image" in method else "RuntimeService"
        call = channel.unary_unary(f"/{PACKAGE}.{service}/{method}",
                                   request_serializer=known[f"{method}Request"].SerializeToString,
                                   response_deserializer=known[f"{method}Response"].FromString)
        try:
            answer = call(json_format.Parse(request, known[f"{method}Request"]()), timeout=60)
        except grpc.RpcError as error:
            sys.exit(f"{error.code().name}: {error.details()}")
    print(json_format.MessageToJson(answer, including_default_value_fields=True, indent=None))


if __name__ == "__main__":
    main(*sys.argv[1:])
