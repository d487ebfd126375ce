// run nme in shards, each a process of its own:
//
//   nextflow run main.nf --root /data/NME-2025.8.25 --shards 8
//
// voxmill writes below the root, which must lie on a disk that all machines see, not into Nextflow's work folders: what is
// finished is known by voxmill's receipts.
nextflow.enable.dsl = 2

params.root = null
params.shards = 4
params.voxmill = 'voxmill'

// Shards go by the archive manifest. Whoever wants to correct it first stops here and runs again.
process manifest {
    executor 'local'
    output: val true
    script: "${params.voxmill} run nme --root_dir '${params.root}' --until gen-archive-manifest"
}

// Exit code 8 says that some samples failed; their receipts tell of it, and collect names them.
process shard {
    cpus 1
    input: tuple val(part), val(ready)
    output: val part
    script: "${params.voxmill} run nme --root_dir '${params.root}' --jobs ${task.cpus} --shard ${part}/${params.shards} || test \$? -eq 8"
}

process collect {
    executor 'local'
    input: val parts
    script: "${params.voxmill} collect nme --root_dir '${params.root}' --jobs 1"
}

workflow {
    manifest()
    shard(Channel.of(1..params.shards).combine(manifest.out))
    collect(shard.out.collect())
}
