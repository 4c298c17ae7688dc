# One image for hosts with and without a GPU: the scripts of environment/, JupyterLab, Chromium, and libtorch for both.
#
#   docker build -t backbone-lab .                                                # with --build-arg GPU=no: 4.3 GB less
#   docker run --rm -p 127.0.0.1:8888:8888 backbone-lab                           # JupyterLab; open the address it prints
#   docker run --rm --gpus all -p 127.0.0.1:8888:8888 backbone-lab                # the same on a GPU
#   docker run --rm -e SCALE=quick backbone-lab environment/run.sh nfnet          # headless
#
# Inside, Jupyter listens on all addresses of the container; the -p above is what keeps it on the host's own. It asks
# for its token. environment/image.sh builds and tests this file where there is no Docker.

# A Debian: Ubuntu has no Chromium package. NVIDIA's images are not needed, as pip's torch brings CUDA's libraries.
ARG BASE=debian:bookworm
FROM $BASE

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates chromium dataset-fashion-mnist default-jdk-headless fonts-liberation git maven python3-venv \
    && rm -rf /var/lib/apt/lists/*

# Every file is compared with the hash that the list has of it.
COPY environment/lab/requirements.txt environment/container/torch.txt /opt/requirements/
RUN python3 -m venv /opt/jupyter \
    && /opt/jupyter/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes \
        -r /opt/requirements/requirements.txt

# Of torch only the libraries. DJL counts GPUs through libcudart.so, and takes none for granted if the linker has none.
ARG GPU=yes
RUN if [ "$GPU" = yes ]; then \
        /opt/jupyter/bin/pip install --no-cache-dir --no-compile --no-deps --require-hashes --target /opt/torch \
            -r /opt/requirements/torch.txt \
        && find /opt/torch -type f ! -name '*.so*' ! -iname '*licen[cs]e*' ! -iname 'notice*' -delete \
        && find /opt/torch -type d -empty -delete \
        && ln -s libcudart.so.12 /opt/torch/nvidia/cuda_runtime/lib/libcudart.so \
        && echo /opt/torch/nvidia/cuda_runtime/lib > /etc/ld.so.conf.d/backbonelab-cuda.conf \
        && ldconfig; \
    fi
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

ARG NB_UID=1000
RUN useradd --create-home --uid "$NB_UID" --shell /bin/bash jovyan
WORKDIR /home/jovyan/backbone-lab
RUN chown jovyan .
COPY --chown=jovyan . .
USER jovyan
ENV USER=jovyan \
    HOME=/home/jovyan \
    LANG=C.UTF-8 \
    PATH=/opt/jupyter/bin:$PATH \
    BACKBONELAB_JUPYTER_BIN=/opt/jupyter/bin \
    BACKBONELAB_CHROMIUM=/home/jovyan/backbone-lab/environment/container/chromium.sh \
    BACKBONELAB_IP=0.0.0.0

# Builds the jars, installs the kernel, unpacks the CPU's libtorch: a container needs no network to start.
RUN environment/container/start.sh environment/container/engine.sh && mkdir -p workspace target/results

EXPOSE 8888
ENTRYPOINT ["/home/jovyan/backbone-lab/environment/container/start.sh"]
CMD ["environment/lab.sh"]
