/* A made-up NVIDIA driver, libcuda.so.1, with the part of the driver API that Cycles and Open Image Denoise call.
 *
 * Device memory is host memory, copies and fills are real, and kernels do nothing: pictures are black. Cards come from
 * FAKE_GPUS (cards.h), seen through CUDA_VISIBLE_DEVICES. More variables:
 *   FAKE_GPU_LOG      a file that gets a line for each notable call: contexts, modules, allocations over 1 MB
 *   FAKE_GPU_FAIL     NAME[:FIRST[:CODE]],...: calls of a function fail, from the FIRST on (1), with a CUresult
 *   FAKE_GPU_COMPILE  seconds that PTX takes to compile, unless a folder CUDA_CACHE_PATH remembers it
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cards.h"

#define API __attribute__((visibility("default")))
#define ALIGNMENT 512
#define LOGGED_BYTES (1 << 20)

typedef int Result; /* values of CUresult */
enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_IMAGE = 200,
       INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NO_BINARY_FOR_GPU = 209, NOT_FOUND = 500, LAUNCH_FAILED = 719, NOT_SUPPORTED = 801 };
typedef unsigned long long Pointer; /* CUdeviceptr */
typedef struct { int device; } Context;
typedef struct { char name[64]; size_t bytes; void *memory; } Global;
typedef struct { int device, globals; Global global[64]; } Module;
typedef struct { void *base; size_t bytes; int device; } Block; /* just before the memory that a caller gets */

static Card cards[MOST_CARDS];
static int visible[MOST_CARDS], number_visible;
static size_t in_use[MOST_CARDS];
static Context primary[MOST_CARDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread Context *stack[64];
static __thread int depth;

/* ---- set-up, log, failures ---- */

static void note(const char *form, ...) {
  const char *path = getenv("FAKE_GPU_LOG");
  if (!path) return;
  char line[512];
  int length = snprintf(line, sizeof line, "%d ", (int)getpid());
  va_list values;
  va_start(values, form);
  length += vsnprintf(line + length, sizeof line - length - 1, form, values);
  va_end(values);
  line[length++] = '\n';
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file >= 0) {
    if (write(file, line, length) < 0) perror(path);
    close(file);
  }
}

/* The cards in the order of CUDA_VISIBLE_DEVICES: numbers or beginnings of UUIDs, up to the first that is unknown. */
static void set_up(void) {
  int number = read_cards(cards);
  const char *text = getenv("CUDA_VISIBLE_DEVICES");
  if (!text) {
    for (number_visible = 0; number_visible < number; number_visible++) visible[number_visible] = number_visible;
    return;
  }
  char *copy = strdup(text), *rest = copy, *one;
  while (number_visible < MOST_CARDS && (one = strsep(&rest, ","))) {
    char *end, uuid[64];
    int found = -1;
    if (!strncmp(one, "GPU-", 4)) {
      for (int k = 0; k < number; k++) {
        uuid_text(k, uuid, sizeof uuid);
        if (!strncmp(uuid, one, strlen(one))) found = k;
      }
    } else {
      long value = strtol(one, &end, 10);
      if (end != one && !*end && value >= 0 && value < number) found = (int)value;
    }
    if (found < 0) break;
    visible[number_visible++] = found;
  }
  free(copy);
}

/* The result that FAKE_GPU_FAIL demands for this call of a function, or OK. */
static Result failure(const char *function) {
  static struct { char name[64]; int first, code, calls; } demands[8];
  static int number = -1;
  Result result = OK;
  pthread_mutex_lock(&lock);
  if (number < 0) {
    const char *text = getenv("FAKE_GPU_FAIL");
    char *copy = strdup(text ? text : ""), *rest = copy, *one;
    number = 0;
    while (number < 8 && (one = strsep(&rest, ","))) {
      demands[number].first = 1;
      if (sscanf(one, "%63[^:]:%d:%d", demands[number].name, &demands[number].first, &demands[number].code) > 0) number++;
    }
    free(copy);
  }
  for (int k = 0; k < number; k++)
    if (!strcmp(demands[k].name, function) && ++demands[k].calls >= demands[k].first) {
      result = demands[k].code ? demands[k].code : !strcmp(function, "cuMemAlloc") ? OUT_OF_MEMORY
               : !strcmp(function, "cuInit") ? NO_DEVICE : LAUNCH_FAILED;
      if (demands[k].calls == demands[k].first) note("%s fails with %d", function, result);
    }
  pthread_mutex_unlock(&lock);
  return result;
}
#define MAY_FAIL(function) do { Result demanded = failure(function); if (demanded) return demanded; } while (0)

static int has_mps(void) {
  const char *folder = getenv("CUDA_MPS_PIPE_DIRECTORY");
  char path[4096];
  snprintf(path, sizeof path, "%s/control", folder ? folder : "/tmp/nvidia-mps");
  return !access(path, F_OK);
}

API Result cuInit(unsigned flags) {
  (void)flags;
  pthread_once(&once, set_up);
  MAY_FAIL("cuInit");
  return number_visible ? OK : NO_DEVICE;
}
API Result cuDriverGetVersion(int *version) { return *version = 13000, OK; }
API Result cuGetErrorString(Result error, const char **text) {
  return *text = error == OUT_OF_MEMORY ? "out of memory" : error ? "made-up failure" : "no error", OK;
}
API Result cuGetErrorName(Result error, const char **text) {
  return *text = error == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : error ? "CUDA_ERROR_MADE_UP" : "CUDA_SUCCESS", OK;
}

/* ---- devices ---- */

API Result cuDeviceGetCount(int *count) { return *count = number_visible, OK; }
API Result cuDeviceGet(int *device, int number) {
  if (number < 0 || number >= number_visible) return INVALID_DEVICE;
  return *device = number, OK;
}
API Result cuDeviceGetName(char *name, int length, int device) {
  return snprintf(name, length, "%s", cards[visible[device]].name), OK;
}
API Result cuDeviceGetUuid_v2(unsigned char *bytes, int device) { return uuid_of(visible[device], bytes), OK; }
API Result cuDeviceGetUuid(unsigned char *bytes, int device) { return cuDeviceGetUuid_v2(bytes, device); }
API Result cuDeviceGetLuid(char *luid, unsigned *mask, int device) { (void)luid, (void)mask, (void)device; return NOT_SUPPORTED; }
API Result cuDeviceTotalMem_v2(size_t *bytes, int device) { return *bytes = cards[visible[device]].bytes, OK; }
API Result cuDeviceComputeCapability(int *major, int *minor, int device) {
  return *major = cards[visible[device]].major, *minor = cards[visible[device]].minor, OK;
}
API Result cuDeviceGetPCIBusId(char *text, int length, int device) {
  return snprintf(text, length, "0000:%02x:00.0", 0x10 + visible[device]), OK;
}
API Result cuDeviceCanAccessPeer(int *can, int device, int peer) { (void)device, (void)peer; return *can = 0, OK; }
API Result cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (device < 0 || device >= number_visible) return INVALID_DEVICE;
  const Card *card = &cards[visible[device]];
  int capability = card->major * 10 + card->minor;
  switch (attribute) { /* numbers of CUdevice_attribute */
    case 1: case 2: case 3: *value = 1024; break;                      /* threads of a block, its width and height */
    case 4: *value = 64; break;                                        /* its depth */
    case 5: *value = 2147483647; break;                                /* blocks of a grid */
    case 6: case 7: *value = 65535; break;
    case 8: *value = 49152; break;                                     /* shared memory of a block */
    case 10: *value = 32; break;                                       /* threads of a warp */
    case 12: case 82: *value = 65536; break;                           /* registers */
    case 14: *value = 512; break;                                      /* alignment of textures */
    case 51: *value = 32; break;                                       /* and of their rows */
    case 16: *value = card->multiprocessors; break;
    case 19: case 41: case 47: case 83: case 115: *value = 1; break;   /* maps host memory, one address space, preempts */
    case 33: *value = 0x10 + visible[device]; break;                   /* PCI bus */
    case 39: *value = capability == 75 ? 1024 : capability / 10 == 12 || (capability > 80 && capability < 90) ? 1536 : 2048; break;
    case 75: *value = card->major; break;
    case 76: *value = card->minor; break;
    case 81: case 97: *value = capability >= 90 ? 232448 : 101376; break; /* shared memory that can be had */
    case 90: *value = 1; break;                                        /* compute preemption */
    default: *value = 0;
  }
  return OK;
}

/* ---- contexts ---- */

static Context *current(void) { return depth ? stack[depth - 1] : NULL; }
static int push(Context *context) { return depth < 64 ? (stack[depth++] = context, OK) : INVALID_VALUE; }

API Result cuCtxCreate_v2(Context **context, unsigned flags, int device) {
  (void)flags;
  MAY_FAIL("cuCtxCreate");
  *context = calloc(1, sizeof **context);
  (*context)->device = device;
  note("cuCtxCreate %d %s mps=%d", visible[device], cards[visible[device]].name, has_mps());
  return push(*context);
}
API Result cuCtxDestroy_v2(Context *context) {
  if (depth && current() == context) depth--;
  note("cuCtxDestroy %d", visible[context->device]);
  return free(context), OK;
}
API Result cuDevicePrimaryCtxRetain(Context **context, int device) {
  MAY_FAIL("cuDevicePrimaryCtxRetain");
  primary[device].device = device;
  note("cuDevicePrimaryCtxRetain %d %s mps=%d", visible[device], cards[visible[device]].name, has_mps());
  return *context = &primary[device], OK;
}
API Result cuDevicePrimaryCtxRelease_v2(int device) { return note("cuDevicePrimaryCtxRelease %d", visible[device]), OK; }
API Result cuDevicePrimaryCtxSetFlags_v2(int device, unsigned flags) { (void)device, (void)flags; return OK; }
API Result cuDevicePrimaryCtxSetFlags(int device, unsigned flags) { return cuDevicePrimaryCtxSetFlags_v2(device, flags); }
API Result cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) {
  return (void)device, *flags = 0, *active = 0, OK;
}
API Result cuDevicePrimaryCtxRelease(int device) { return cuDevicePrimaryCtxRelease_v2(device); }
API Result cuCtxPushCurrent_v2(Context *context) { return push(context); }
API Result cuCtxPopCurrent_v2(Context **context) {
  if (!depth) return INVALID_CONTEXT;
  depth--;
  if (context) *context = stack[depth];
  return OK;
}
API Result cuCtxSetCurrent(Context *context) { return depth ? (stack[depth - 1] = context, OK) : push(context); }
API Result cuCtxGetCurrent(Context **context) { return *context = current(), OK; }
API Result cuCtxGetDevice(int *device) { return current() ? (*device = current()->device, OK) : INVALID_CONTEXT; }
API Result cuCtxGetId(Context *context, unsigned long long *id) { return *id = (uintptr_t)(context ? context : current()), OK; }
API Result cuCtxSynchronize(void) { MAY_FAIL("cuCtxSynchronize"); return OK; }
API Result cuCtxSetCacheConfig(int config) { (void)config; return OK; }
API Result cuCtxSetLimit(int limit, size_t value) { (void)limit, (void)value; return OK; }
API Result cuCtxGetLimit(size_t *value, int limit) { (void)limit; return *value = 1024, OK; }

/* ---- modules and kernels ---- */

/* Waits as the compiler of the driver does, unless its cache has this architecture. */
static void compile(const Card *card) {
  const char *seconds = getenv("FAKE_GPU_COMPILE"), *folder = getenv("CUDA_CACHE_PATH");
  char path[4096] = "";
  if (!seconds) return;
  if (folder) snprintf(path, sizeof path, "%s/fake_sm_%d%d", folder, card->major, card->minor);
  if (*path && !access(path, F_OK)) return;
  note("compiling for sm_%d%d", card->major, card->minor);
  usleep((useconds_t)(atof(seconds) * 1e6));
  if (*path) {
    mkdir(folder, 0755);
    close(open(path, O_WRONLY | O_CREAT, 0644));
  }
}

static Result load(Module **module, const void *image, const char *function) {
  Context *context = current();
  if (!context) return INVALID_CONTEXT;
  MAY_FAIL("cuModuleLoadData");
  const Card *card = &cards[visible[context->device]];
  const Elf64_Ehdr *head = image;
  if (!memcmp(image, ELFMAG, SELFMAG)) {
    int architecture = head->e_flags >> (head->e_ident[EI_ABIVERSION] < 8 ? 0 : 8) & 0xff;
    size_t bytes = head->e_shoff + (size_t)head->e_shnum * head->e_shentsize;
    note("%s cubin sm_%d %zu", function, architecture, bytes);
    if (architecture / 10 != card->major || architecture % 10 > card->minor) return NO_BINARY_FOR_GPU;
  } else if (*(const uint32_t *)image == 0xba55ed50) { /* the mark of a fat binary */
    note("%s fatbin %zu", function, (size_t)(((const uint64_t *)image)[1]));
  } else if (strstr(image, ".version")) {
    note("%s ptx %zu", function, strlen(image));
    compile(card);
  } else {
    note("%s: neither a cubin nor PTX", function);
    return INVALID_IMAGE;
  }
  *module = calloc(1, sizeof **module);
  (*module)->device = context->device;
  return OK;
}

API Result cuModuleLoadData(Module **module, const void *image) { return load(module, image, "cuModuleLoadData"); }
API Result cuModuleLoadFatBinary(Module **module, const void *image) { return load(module, image, "cuModuleLoadFatBinary"); }
API Result cuModuleLoadDataEx(Module **module, const void *image, unsigned n, int *options, void **values) {
  (void)n, (void)options, (void)values;
  return load(module, image, "cuModuleLoadDataEx");
}
/* The linker makes a cubin that is a head alone, in the form that compilers of CUDA 12 write for earlier GPUs. */

typedef struct { Elf64_Ehdr cubin; char *log; size_t log_bytes; } Linker;

API Result cuLinkCreate_v2(unsigned n, int *options, void **values, Linker **linker) {
  Linker *made = calloc(1, sizeof *made);
  for (unsigned k = 0; k < n; k++) {
    if (options[k] == 5) made->log = values[k]; /* the buffer of errors, and its size */
    if (options[k] == 6) made->log_bytes = (size_t)values[k];
  }
  return *linker = made, current() ? OK : INVALID_CONTEXT;
}
API Result cuLinkAddData_v2(Linker *linker, int type, void *data, size_t bytes, const char *name, unsigned n, int *options,
                            void **values) {
  (void)name, (void)n, (void)options, (void)values;
  const Card *card = &cards[visible[current()->device]];
  const char *text = data, *seconds = getenv("FAKE_GPU_COMPILE");
  note("cuLinkAddData %zu", bytes);
  Result demanded = failure("cuLinkAddData");
  if (type != 1 || !bytes || text[bytes - 1] || !strstr(text, ".version")) demanded = INVALID_IMAGE;
  if (demanded) {
    if (linker->log) snprintf(linker->log, linker->log_bytes, "ptxas application ptx input, line 7; fatal   : made up");
    return demanded;
  }
  if (seconds) usleep((useconds_t)(atof(seconds) * 1e6));
  memcpy(linker->cubin.e_ident, ELFMAG "\2\1\1\x33\7", 9);
  linker->cubin.e_flags = card->major * 10 + card->minor;
  return OK;
}
API Result cuLinkComplete(Linker *linker, void **cubin, size_t *bytes) {
  return *cubin = &linker->cubin, *bytes = sizeof linker->cubin, OK;
}
API Result cuLinkDestroy(Linker *linker) { return free(linker), OK; }

API Result cuModuleUnload(Module *module) {
  if (!module) return INVALID_HANDLE;
  for (int k = 0; k < module->globals; k++) free(module->global[k].memory);
  return note("cuModuleUnload"), free(module), OK;
}
API Result cuModuleGetGlobal_v2(Pointer *memory, size_t *bytes, Module *module, const char *name) {
  if (!module) { /* Cycles goes on with a module that failed to load, and copies to where this points */
    if (memory) *memory = 0;
    return INVALID_HANDLE;
  }
  Result result = OK;
  pthread_mutex_lock(&lock);
  int k = 0;
  while (k < module->globals && strcmp(module->global[k].name, name)) k++;
  if (k == 64) result = NOT_FOUND;
  else {
    if (k == module->globals) {
      Global *global = &module->global[module->globals++];
      snprintf(global->name, sizeof global->name, "%s", name);
      global->memory = calloc(1, global->bytes = 1 << 16);
    }
    if (memory) *memory = (uintptr_t)module->global[k].memory;
    if (bytes) *bytes = module->global[k].bytes;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
API Result cuModuleGetFunction(void **function, Module *module, const char *name) {
  (void)name;
  return *function = module, OK; /* all kernels are one: they do nothing */
}
API Result cuFuncGetAttribute(int *value, int attribute, void *function) {
  (void)function;
  return *value = attribute == 0 ? 1024 : attribute == 4 ? 64 : 0, OK; /* threads of a block; registers */
}
API Result cuFuncSetAttribute(void *function, int attribute, int value) { (void)function, (void)attribute, (void)value; return OK; }
API Result cuFuncSetCacheConfig(void *function, int config) { (void)function, (void)config; return OK; }
API Result cuOccupancyMaxPotentialBlockSize(int *blocks, int *threads, void *function, void *size, size_t shared, int most) {
  (void)function, (void)size, (void)shared, (void)most;
  return *blocks = 132, *threads = 384, OK;
}
API Result cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared) {
  (void)function, (void)threads, (void)shared;
  return *blocks = 2, OK;
}
API Result cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                          unsigned shared, void *stream, void **arguments, void **extra) {
  (void)function, (void)gx, (void)gy, (void)gz, (void)bx, (void)by, (void)bz, (void)shared, (void)stream;
  (void)arguments, (void)extra;
  MAY_FAIL("cuLaunchKernel");
  return OK;
}

/* ---- memory ---- */

static Result allocate(void **memory, size_t bytes, const char *function) {
  MAY_FAIL("cuMemAlloc");
  int device = current() ? current()->device : 0;
  pthread_mutex_lock(&lock);
  int fits = in_use[device] + bytes <= cards[visible[device]].bytes;
  if (fits) in_use[device] += bytes;
  size_t used = in_use[device];
  pthread_mutex_unlock(&lock);
  if (bytes >= LOGGED_BYTES || !fits)
    note("%s %zu bytes, %zu in use%s", function, bytes, used, fits ? "" : ", out of memory");
  /* pages that nobody touches take neither memory nor time */
  char *base = fits ? mmap(NULL, bytes + ALIGNMENT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
  if (base == MAP_FAILED) return OUT_OF_MEMORY;
  char *start = base + ALIGNMENT;
  ((Block *)start)[-1] = (Block){base, bytes, device};
  return *memory = start, OK;
}
static Result release(void *memory) {
  if (!memory) return OK;
  Block block = ((Block *)memory)[-1];
  pthread_mutex_lock(&lock);
  in_use[block.device] -= block.bytes;
  pthread_mutex_unlock(&lock);
  if (block.bytes >= LOGGED_BYTES) note("free %zu bytes", block.bytes);
  return munmap(block.base, block.bytes + ALIGNMENT), OK;
}

#define AT(pointer) ((void *)(uintptr_t)(pointer))
API Result cuMemAlloc_v2(Pointer *memory, size_t bytes) { return allocate((void **)memory, bytes, "cuMemAlloc"); }
API Result cuMemAllocManaged(Pointer *memory, size_t bytes, unsigned flags) {
  (void)flags;
  return allocate((void **)memory, bytes, "cuMemAllocManaged");
}
API Result cuMemAllocPitch_v2(Pointer *memory, size_t *pitch, size_t width, size_t height, unsigned element) {
  (void)element;
  *pitch = (width + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return allocate((void **)memory, *pitch * height, "cuMemAllocPitch");
}
API Result cuMemFree_v2(Pointer memory) { return release(AT(memory)); }
API Result cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
  (void)flags;
  return (*memory = calloc(1, bytes)) ? OK : OUT_OF_MEMORY;
}
API Result cuMemAllocHost_v2(void **memory, size_t bytes) { return cuMemHostAlloc(memory, bytes, 0); }
API Result cuMemFreeHost(void *memory) { return free(memory), OK; }
API Result cuMemHostRegister_v2(void *memory, size_t bytes, unsigned flags) { (void)memory, (void)bytes, (void)flags; return OK; }
API Result cuMemHostUnregister(void *memory) { (void)memory; return OK; }
API Result cuMemHostGetDevicePointer_v2(Pointer *device, void *host, unsigned flags) {
  (void)flags;
  return *device = (uintptr_t)host, OK;
}
API Result cuMemGetInfo_v2(size_t *unused, size_t *total) {
  int device = current() ? current()->device : 0;
  return *total = cards[visible[device]].bytes, *unused = *total - in_use[device], OK;
}
API Result cuPointerGetAttributes(unsigned number, int *attributes, void **values, Pointer pointer) {
  (void)attributes, (void)values, (void)number, (void)pointer;
  return INVALID_VALUE; /* as for memory that the driver does not know */
}

static Result copy(void *to, const void *from, size_t bytes) {
  return to && from ? (memcpy(to, from, bytes), OK) : INVALID_VALUE;
}
#define COPY(name, to, from) \
  API Result name##_v2(to a, from b, size_t bytes) { MAY_FAIL(#name); return copy(AT(a), AT(b), bytes); } \
  API Result name##Async_v2(to a, from b, size_t bytes, void *stream) { (void)stream; MAY_FAIL(#name); return copy(AT(a), AT(b), bytes); }
COPY(cuMemcpyHtoD, Pointer, const void *)
COPY(cuMemcpyDtoH, void *, Pointer)
COPY(cuMemcpyDtoD, Pointer, Pointer)
API Result cuMemcpy(Pointer a, Pointer b, size_t bytes) { return memcpy(AT(a), AT(b), bytes), OK; }
API Result cuMemcpyAsync(Pointer a, Pointer b, size_t bytes, void *stream) { (void)stream; return memcpy(AT(a), AT(b), bytes), OK; }
API Result cuMemsetD8_v2(Pointer a, unsigned char value, size_t bytes) { return memset(AT(a), value, bytes), OK; }
API Result cuMemsetD8Async(Pointer a, unsigned char value, size_t bytes, void *stream) { (void)stream; return memset(AT(a), value, bytes), OK; }
API Result cuMemsetD32_v2(Pointer a, unsigned value, size_t number) {
  for (size_t k = 0; k < number; k++) ((unsigned *)AT(a))[k] = value;
  return OK;
}
API Result cuMemsetD32Async(Pointer a, unsigned value, size_t number, void *stream) { (void)stream; return cuMemsetD32_v2(a, value, number); }

/* ---- textures: handles alone, as no kernel reads them ---- */

API Result cuMemcpy2DUnaligned_v2(const void *copy) { (void)copy; return OK; }
API Result cuMemcpy2D_v2(const void *copy) { (void)copy; return OK; }
API Result cuMemcpy3D_v2(const void *copy) { (void)copy; return OK; }
API Result cuArray3DCreate_v2(void **array, const void *form) { (void)form; return (*array = calloc(1, 64)) ? OK : OUT_OF_MEMORY; }
API Result cuArrayCreate_v2(void **array, const void *form) { return cuArray3DCreate_v2(array, form); }
API Result cuArrayDestroy(void *array) { return free(array), OK; }
API Result cuTexObjectCreate(unsigned long long *texture, const void *data, const void *form, const void *view) {
  static unsigned long long number;
  (void)data, (void)form, (void)view;
  return *texture = __sync_add_and_fetch(&number, 1), OK;
}
API Result cuTexObjectDestroy(unsigned long long texture) { (void)texture; return OK; }

/* ---- streams and events: everything is done at once ---- */

API Result cuStreamCreate(void **stream, unsigned flags) { (void)flags; return (*stream = malloc(1)) ? OK : OUT_OF_MEMORY; }
API Result cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) { (void)priority; return cuStreamCreate(stream, flags); }
API Result cuStreamDestroy_v2(void *stream) { return free(stream), OK; }
API Result cuStreamSynchronize(void *stream) { (void)stream; MAY_FAIL("cuStreamSynchronize"); return OK; }
API Result cuStreamQuery(void *stream) { (void)stream; return OK; }
API Result cuStreamWaitEvent(void *stream, void *event, unsigned flags) { (void)stream, (void)event, (void)flags; return OK; }
API Result cuStreamAddCallback(void *stream, void (*done)(void *, Result, void *), void *data, unsigned flags) {
  (void)flags;
  return done(stream, OK, data), OK;
}
API Result cuEventCreate(void **event, unsigned flags) { (void)flags; return (*event = malloc(1)) ? OK : OUT_OF_MEMORY; }
API Result cuEventDestroy_v2(void *event) { return free(event), OK; }
API Result cuEventRecord(void *event, void *stream) { (void)event, (void)stream; return OK; }
API Result cuEventQuery(void *event) { (void)event; return OK; }
API Result cuEventSynchronize(void *event) { (void)event; return OK; }
API Result cuEventElapsedTime(float *milliseconds, void *start, void *end) { (void)start, (void)end; return *milliseconds = 0, OK; }

/* ---- memory of other libraries: none ---- */

API Result cuImportExternalMemory(void **memory, const void *form) { (void)memory, (void)form; return NOT_SUPPORTED; }
API Result cuExternalMemoryGetMappedBuffer(Pointer *buffer, void *memory, const void *form) { (void)buffer, (void)memory, (void)form; return NOT_SUPPORTED; }
API Result cuDestroyExternalMemory(void *memory) { (void)memory; return OK; }
API Result cuImportExternalSemaphore(void **semaphore, const void *form) { (void)semaphore, (void)form; return NOT_SUPPORTED; }
API Result cuDestroyExternalSemaphore(void *semaphore) { (void)semaphore; return OK; }
API Result cuSignalExternalSemaphoresAsync(void **semaphores, const void *forms, unsigned number, void *stream) {
  (void)semaphores, (void)forms, (void)number, (void)stream;
  return NOT_SUPPORTED;
}
API Result cuWaitExternalSemaphoresAsync(void **semaphores, const void *forms, unsigned number, void *stream) {
  return cuSignalExternalSemaphoresAsync(semaphores, forms, number, stream);
}
API Result cuGLGetDevices_v2(unsigned *number, int *devices, unsigned most, int list) { (void)devices, (void)most, (void)list; return *number = 0, OK; }
