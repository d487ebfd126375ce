document.title = 'voxmill'
