# One image for a GPU machine and for Binder: the scripts of environment/ on CUDA, with JupyterLab and IJava.
#
#   docker build -t backbone-lab .
#   docker run --gpus all -p 127.0.0.1:8888:8888 backbone-lab                     # JupyterLab; open the address it prints
#   docker run --gpus all -e SCALE=paper backbone-lab environment/run.sh bocb     # headless
#
# Inside, Jupyter listens on all addresses of the container; the -p above is what keeps it on the host's own. It asks
# for its token. This file has not been built by the project's tests, which have no Docker; what it calls has been.
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04

ARG IJAVA_URL=https://github.com/SpencerPark/IJava/releases/download/v1.3.0/ijava-1.3.0.zip
# The SHA-256 of that file, checked if given.
ARG IJAVA_SHA256=
# PyPI's wheel of torch 2.7.1 is built for CUDA 12.6; DJL's JNI library wants the one for 12.8, which only PyTorch's own
# index has.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cu128

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates curl dataset-fashion-mnist fonts-liberation git maven openjdk-17-jdk-headless \
        python3 python3-venv unzip \
    && rm -rf /var/lib/apt/lists/*

# plotly is here for its JupyterLab extension, which shows the figures of a notebook that was not run yet.
RUN python3 -m venv /opt/jupyter \
    && /opt/jupyter/bin/pip install --no-cache-dir \
        jupyterlab==4.4.5 nbconvert==7.16.6 nbclient==0.10.2 nbformat==5.10.4 plotly==5.24.1 \
    && /opt/jupyter/bin/pip install --no-cache-dir --index-url "$TORCH_INDEX" torch==2.7.1 \
    && ln -s /opt/jupyter/lib/python3*/site-packages/torch/lib /opt/libtorch

RUN curl -fsSL "$IJAVA_URL" -o /tmp/ijava.zip \
    && if [ -n "$IJAVA_SHA256" ]; then echo "$IJAVA_SHA256  /tmp/ijava.zip" | sha256sum -c -; fi \
    && unzip -q -j /tmp/ijava.zip 'java/ijava-1.3.0.jar' -d /opt/ijava \
    && rm /tmp/ijava.zip

# DJL takes its libtorch from PYTORCH_LIBRARY_PATH; the scripts take Jupyter and the kernel from the others.
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch \
    PYTORCH_VERSION=2.7.1 \
    PYTORCH_FLAVOR=cu128 \
    BACKBONELAB_JUPYTER_BIN=/opt/jupyter/bin \
    BACKBONELAB_KERNEL=ijava \
    IJAVA_JAR=/opt/ijava/ijava-1.3.0.jar \
    BACKBONELAB_IP=0.0.0.0 \
    PATH=/opt/jupyter/bin:$PATH

# Binder wants a user of this number; Ubuntu's image gives it to another.
ARG NB_USER=jovyan
ARG NB_UID=1000
RUN userdel --remove ubuntu && useradd --create-home --uid "$NB_UID" --shell /bin/bash "$NB_USER"
ENV USER=$NB_USER HOME=/home/$NB_USER
WORKDIR $HOME/backbone-lab
RUN chown "$NB_USER" .
COPY --chown=$NB_USER . .
USER $NB_USER

# Builds and installs the kernel: dependencies and jars belong to the image, so a container needs no network to start.
RUN environment/lab.sh --version

EXPOSE 8888
CMD ["environment/lab.sh"]
