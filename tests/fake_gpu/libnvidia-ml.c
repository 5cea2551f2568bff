/* A made-up libnvidia-ml.so.1 (NVML) with the part that nvidia-ml-py and Ray call. Cards come from FAKE_GPUS (cards.h);
 * FAKE_GPU_USED is the number of megabytes in use on each. As the real one, it ignores CUDA_VISIBLE_DEVICES.
 */
#define _GNU_SOURCE
#include "cards.h"

#define API __attribute__((visibility("default")))
typedef int Result; /* values of nvmlReturn_t */
enum { OK = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, DRIVER_NOT_LOADED = 9 };
typedef unsigned long long Bytes;
typedef Card *Handle;

static Card cards[MOST_CARDS];
static int number_cards;

static int number_of(Handle card) { return (int)(card - cards); }
static Result text(char *to, unsigned length, const char *from) { return snprintf(to, length, "%s", from), OK; }
static Bytes used(void) {
  const char *megabytes = getenv("FAKE_GPU_USED");
  return megabytes ? (Bytes)(atof(megabytes) * 1048576) : 0;
}

API Result nvmlInit_v2(void) { return (number_cards = read_cards(cards)) ? OK : DRIVER_NOT_LOADED; }
API Result nvmlInit(void) { return nvmlInit_v2(); }
API Result nvmlInitWithFlags(unsigned flags) { (void)flags; return nvmlInit_v2(); }
API Result nvmlShutdown(void) { return OK; }
API const char *nvmlErrorString(Result error) {
  return error == DRIVER_NOT_LOADED ? "Driver Not Loaded" : error == NOT_SUPPORTED ? "Not Supported"
         : error == NOT_FOUND ? "Not Found" : error ? "Invalid Argument" : "Success";
}
API Result nvmlSystemGetDriverVersion(char *version, unsigned length) { return text(version, length, "580.00"); }
API Result nvmlSystemGetNVMLVersion(char *version, unsigned length) { return text(version, length, "13.580.00"); }
API Result nvmlSystemGetCudaDriverVersion(int *version) { return *version = 13000, OK; }
API Result nvmlSystemGetCudaDriverVersion_v2(int *version) { return *version = 13000, OK; }

API Result nvmlDeviceGetCount_v2(unsigned *count) { return *count = number_cards, OK; }
API Result nvmlDeviceGetCount(unsigned *count) { return nvmlDeviceGetCount_v2(count); }
API Result nvmlDeviceGetHandleByIndex_v2(unsigned number, Handle *card) {
  return number < (unsigned)number_cards ? (*card = &cards[number], OK) : INVALID_ARGUMENT;
}
API Result nvmlDeviceGetHandleByIndex(unsigned number, Handle *card) { return nvmlDeviceGetHandleByIndex_v2(number, card); }
API Result nvmlDeviceGetHandleByUUID(const char *uuid, Handle *card) {
  for (int k = 0; k < number_cards; k++) {
    char own[64];
    uuid_text(k, own, sizeof own);
    if (!strcmp(uuid, own)) return *card = &cards[k], OK;
  }
  return NOT_FOUND;
}
API Result nvmlDeviceGetIndex(Handle card, unsigned *number) { return *number = number_of(card), OK; }
API Result nvmlDeviceGetMinorNumber(Handle card, unsigned *number) { return *number = number_of(card), OK; }
API Result nvmlDeviceGetName(Handle card, char *name, unsigned length) { return text(name, length, card->name); }
API Result nvmlDeviceGetUUID(Handle card, char *uuid, unsigned length) { return uuid_text(number_of(card), uuid, length), OK; }
API Result nvmlDeviceGetCudaComputeCapability(Handle card, int *major, int *minor) {
  return *major = card->major, *minor = card->minor, OK;
}
API Result nvmlDeviceGetMemoryInfo(Handle card, Bytes *info) { /* total, free, used */
  return info[0] = card->bytes, info[1] = card->bytes - used(), info[2] = used(), OK;
}
API Result nvmlDeviceGetMemoryInfo_v2(Handle card, Bytes *info) { /* version, total, reserved, free, used */
  return info[2] = 0, info[1] = card->bytes, info[3] = card->bytes - used(), info[4] = used(), OK;
}
API Result nvmlDeviceGetUtilizationRates(Handle card, unsigned *rates) { (void)card; return rates[0] = rates[1] = 0, OK; }
API Result nvmlDeviceGetComputeMode(Handle card, int *mode) { (void)card; return *mode = 0, OK; }
API Result nvmlDeviceGetMigMode(Handle card, unsigned *now, unsigned *pending) { (void)card; return *now = *pending = 0, OK; }
API Result nvmlDeviceGetMaxMigDeviceCount(Handle card, unsigned *count) { (void)card; return *count = 0, OK; }
API Result nvmlDeviceGetPowerUsage(Handle card, unsigned *milliwatts) { (void)card; return *milliwatts = 70000, OK; }
API Result nvmlDeviceGetTemperature(Handle card, int sensor, unsigned *celsius) { (void)card, (void)sensor; return *celsius = 30, OK; }
#define NONE_RUN(name) API Result name(Handle card, unsigned *count, void *infos) { (void)card, (void)infos; return *count = 0, OK; }
NONE_RUN(nvmlDeviceGetComputeRunningProcesses_v3)
NONE_RUN(nvmlDeviceGetGraphicsRunningProcesses_v3)
NONE_RUN(nvmlDeviceGetMPSComputeRunningProcesses_v3)
