/**
 * What the header of a DICOM image says about one frame, as plain data: the vocabulary between the file format,
 * which reads it, and the geometry, which makes volumes of it. Absent or malformed values are undefined.
 */
export interface SliceHeader {
  /** Position in the caller's list of frames; plans and findings name frames by it. */
  readonly index: number
  /** Number of the frame in its object, from 0. */
  readonly frame: number
  /** Frames of the object, 1 for a classic image. */
  readonly frames: number
  readonly sopInstanceUid: string | undefined
  readonly sopClassUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly modality: string | undefined
  readonly imageType: readonly string[]
  readonly rows: number | undefined
  readonly columns: number | undefined
  /** ImagePositionPatient: LPS mm of the centre of the first pixel. */
  readonly position: readonly [number, number, number] | undefined
  /** ImageOrientationPatient: LPS direction of a row (rising column), then of a column (rising row). */
  readonly orientation: readonly [number, number, number, number, number, number] | undefined
  /** PixelSpacing, mm: between rows, then between columns. */
  readonly pixelSpacing: readonly [number, number] | undefined
  /** SpacingBetweenSlices, mm; used for a lone slice only. */
  readonly spacingBetweenSlices: number | undefined
  /** SliceThickness, mm; recorded, never used as a distance. */
  readonly sliceThickness: number | undefined
  /** RescaleSlope and RescaleIntercept, 1 and 0 where absent. */
  readonly slope: number
  readonly intercept: number
  /** The object has a ModalityLUTSequence in place of slope and intercept. */
  readonly modalityLut: boolean
  /** RescaleType or, for PET, Units. */
  readonly units: string | undefined
  readonly samplesPerPixel: number
  readonly photometric: string | undefined
  readonly bitsAllocated: number | undefined
  readonly bitsStored: number | undefined
  readonly signed: boolean
  /** PixelPaddingValue, a stored value. */
  readonly paddingValue: number | undefined
  readonly instanceNumber: number | undefined
  readonly acquisitionNumber: number | undefined
  /** TemporalPositionIndex or TemporalPositionIdentifier. */
  readonly temporalPosition: number | undefined
  /** EffectiveEchoTime or EchoTime, ms. */
  readonly echoTime: number | undefined
  /** NominalCardiacTriggerDelayTime or TriggerTime, ms. */
  readonly triggerTime: number | undefined
  /** DiffusionBValue, s/mm². */
  readonly bValue: number | undefined
  /** StackID of an enhanced object. */
  readonly stackId: string | undefined
  readonly inStackPosition: number | undefined
  readonly dimensionIndexValues: readonly number[]
}
